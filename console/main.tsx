import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { whenSignedOut } from './api/client.ts'
import { queryClient } from './api/queries.ts'
import { forgetWhenLeft, leaveToSignIn } from './frame/leave.ts'
import { useTheme } from './frame/theme.ts'
import { listenForKeys } from './keys/keys.ts'
import { router } from './router.tsx'
import { kit } from './theme/kit.ts'
import { chosenLanguage, loadWords, type Words, WordsProvider } from './words/words.ts'
import '@mantine/core/styles.layer.css'
import './theme/fonts.css'
import './theme/tokens.css'
import './theme/base.css'

const App = ({ words }: { readonly words: Words }) => (
  <WordsProvider value={words}>
    {/* Its variables and classes come from files: what it would write into the page, the policy forbids. */}
    <MantineProvider
      theme={kit}
      forceColorScheme={useTheme()}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </WordsProvider>
)

whenSignedOut(leaveToSignIn)
forgetWhenLeft()
listenForKeys()

const words = await loadWords(chosenLanguage())
document.documentElement.lang = words.language
const place = document.getElementById('root')
if (place)
  createRoot(place).render(
    <StrictMode>
      <App words={words} />
    </StrictMode>,
  )
