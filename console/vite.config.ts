import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Everything is served below /m from the origin of the API, so that the policy of the page is 'self' and
// nothing else: no inline code is made, and no file is turned into a data: address.
export default defineConfig({
  base: '/m/',
  plugins: [react()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:4680' } },
})
