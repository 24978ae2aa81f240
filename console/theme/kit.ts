import { createTheme, Tooltip } from '@mantine/core'

/** What the kit decides in scripts; its colours stand in tokens.css. */
export const kit = createTheme({
  cursorType: 'pointer',
  respectReducedMotion: true,
  defaultRadius: 'sm',
  components: {
    Tooltip: Tooltip.extend({
      defaultProps: {
        openDelay: 300,
        events: { hover: true, focus: true, touch: false },
        multiline: true,
      },
    }),
  },
})
