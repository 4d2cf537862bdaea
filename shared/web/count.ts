/** What the server stops counting at: it stands for that many or more. */
const MOST = 10_000

/** A total as people read it. */
export const counted = (total: number): string => (total < MOST ? `${total}` : `${MOST}+`)

/** 94.2% · – */
export const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)}%`)

/** 132 · 93.1 · – */
export const figureText = (value: number | null): string => (value === null ? '–' : `${+value.toFixed(1)}`)
