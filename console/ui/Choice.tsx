import { SegmentedControl, type SegmentedControlProps } from '@mantine/core'
import styles from './Choice.module.css'

/** One of a few, all of them in sight; in our colours, legible in both themes. */
export const Choice = (props: Omit<SegmentedControlProps, 'classNames'>) => (
  <SegmentedControl
    {...props}
    classNames={{
      root: styles.root ?? '',
      indicator: styles.indicator ?? '',
      label: styles.label ?? '',
    }}
  />
)
