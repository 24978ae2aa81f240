import { useWords } from '../../words/words.ts'

export default function Setup() {
  const { say } = useWords()
  return (
    <main>
      <h1>{say('setup.title')}</h1>
    </main>
  )
}
