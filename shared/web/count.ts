/** What the server stops counting at: it stands for that many or more. */
const MOST = 10_000

/** A total as people read it. */
export const counted = (total: number): string => (total < MOST ? `${total}` : `${MOST}+`)
