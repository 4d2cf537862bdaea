/** What the server stops counting at: it stands for that many or more. */
const MOST = 10_000

/** A total as people read it. */
export const counted = (total: number): string => (total < MOST ? `${total}` : `${MOST}+`)

const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** 94.2% · – */
export const percent = (share: number | null): string => (share === null ? '–' : `${tenths.format(share * 100)}%`)

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 1, useGrouping: false })

/** 132 · 93.1 · – */
export const figureText = (value: number | null): string => (value === null ? '–' : plain.format(value))
