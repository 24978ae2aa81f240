import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from '@tanstack/react-router'
import { readSearch, type Search, writeSearch } from './filters/grammar.ts'
import { Frame } from './frame/Frame.tsx'
import { NotFound } from './pages/NotFound.tsx'
import { pageRoutes } from './pages/routes.ts'
import { paths } from './paths.ts'

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  component: Frame,
  notFoundComponent: NotFound,
})

const alone = (path: string, page: () => Promise<{ default: React.ComponentType }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(page) })

const framed = pageRoutes.map(({ path, page }) =>
  createRoute({ getParentRoute: () => frame, path, component: lazyRouteComponent(page) }),
)

/** What is at no address of ours is told inside the frame, for who is signed in. */
const nothing = createRoute({ getParentRoute: () => frame, path: '$', component: NotFound })

export const router = createRouter({
  routeTree: root.addChildren([
    alone(paths.signIn(), () => import('./pages/sign-in/SignIn.tsx')),
    alone(paths.setup(), () => import('./pages/setup/Setup.tsx')),
    frame.addChildren([...framed, nothing]),
  ]),
  // The query is the state of lists, readable and editable by hand: texts alone, no JSON in it.
  parseSearch: readSearch,
  stringifySearch: (search) => writeSearch(search as Search),
  scrollRestoration: true,
  defaultPreload: false,
})
