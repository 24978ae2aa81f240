/** Shape first: distinct in one colour, in print and in ASCII (`console.md`: outcome glyphs). */
const shapes = {
  passed: ['●', '*'],
  denied: ['■', '#'],
  limited: ['‖', '='],
  held: ['◆', '+'],
  failed: ['▲', '!'],
  'not reached': ['○', '.'],
  recorded: ['◉', '@'],
  unknown: ['?', '?'],
  yes: ['✓', 'v'],
  no: ['✗', 'x'],
  cut: ['…', '~'],
  dot: ['·', '-'],
  minus: ['−', '-'],
  bar: ['█', '#'],
} as const

export type Shape = keyof typeof shapes

export const glyph = (shape: Shape, ascii: boolean): string => shapes[shape][ascii ? 1 : 0]

/** Colour never carries a meaning alone: it always stands beside a shape or a word. */
export type Ink = 'good' | 'bad' | 'limit' | 'wait' | 'faint' | 'strong'

const codes: Record<Ink, number> = { good: 32, bad: 31, limit: 33, wait: 35, faint: 2, strong: 1 }

export const ink = (text: string, colour: Ink | undefined): string =>
  colour === undefined || text === '' ? text : `\u001B[${codes[colour]}m${text}\u001B[0m`
