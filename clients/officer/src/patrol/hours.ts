const two = (n: number): string => String(n).padStart(2, '0')

/** 08:30, of the minutes of a day. */
export const hourOf = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`

/** The minutes of a day, of 08:30. */
export const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return 60 * hours + minutes
}
