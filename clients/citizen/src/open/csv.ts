import { t } from '@sanwei/web/i18n'
import type { PublicFiguresQuery, PublicRowFragment } from '../gql/graphql'

const COLUMNS = ['area', 'open', 'today', 'ontime', 'ontimeN', 'solved', 'solvedN', 'median'] as const
const BOM = '\uFEFF' // spreadsheets take it for UTF-8

/** Text as a cell: quoted, and never a formula. */
const cell = (value: string | number | null): string => {
  const text = value === null ? '' : `${value}`
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

const line = (row: PublicRowFragment): (string | number | null)[] => [
  row.area.name,
  row.open,
  row.newToday,
  row.ontime.share,
  row.ontime.n,
  row.solved.share,
  row.solved.n,
  row.medianDays,
]

/** The district and its streets as a table for a spreadsheet; what is not told is empty. */
export const asCsv = ({ district, streets }: PublicFiguresQuery['publicFigures']): string =>
  BOM +
  [COLUMNS.map((name) => t(`open.csv.${name}`)), ...[district, ...streets].map(line)]
    .map((cells) => `${cells.map(cell).join(',')}\r\n`)
    .join('')
