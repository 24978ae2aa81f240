import { Menu } from '@mantine/core'
import { ChevronDown } from 'lucide-react'
import { readValues, writeValues } from '../filters/grammar.ts'
import { useListState } from '../filters/use-search.ts'
import { PlaneCode, PlaneName, useMyPlanes } from '../parts/planes.tsx'
import { Button } from '../ui/Button.tsx'
import { useWords } from '../words/words.ts'

/** All planes, or one or more, always in the address. */
export const PlaneScope = () => {
  const { say } = useWords()
  const { search, set } = useListState()
  const mine = useMyPlanes()
  const chosen = readValues(search.plane ?? '').filter((plane) => mine.includes(plane))
  const [only, another] = chosen
  const toggle = (plane: string) => {
    const next = chosen.includes(plane) ? chosen.filter((one) => one !== plane) : [...chosen, plane]
    set({ plane: next.length === 0 ? undefined : writeValues(next) })
  }
  return (
    <Menu closeOnItemClick={false} position="bottom-start">
      <Menu.Target>
        <Button
          variant="default"
          rightSection={<ChevronDown size={14} aria-hidden="true" />}
          aria-label={`${say('frame.plane')}: ${chosen.join(', ') || say('frame.plane.all')}`}
        >
          {only === undefined && say('frame.plane.all')}
          {only !== undefined && another === undefined && <PlaneName plane={only} />}
          {another !== undefined && chosen.map((plane) => <PlaneCode key={plane} plane={plane} />)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.CheckboxItem checked={chosen.length === 0} onChange={() => set({ plane: undefined })}>
          {say('frame.plane.all')}
        </Menu.CheckboxItem>
        {mine.map((plane) => (
          <Menu.CheckboxItem
            key={plane}
            checked={chosen.includes(plane)}
            onChange={() => toggle(plane)}
          >
            <PlaneName plane={plane} />
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
