import { graph } from '@sanwei/web/graph'
import { learnPart, t } from '@sanwei/web/i18n'
import { moment } from '@sanwei/web/time'
import { type Ref, shallowRef } from 'vue'
import { type EditionLineFragment, SetupKindsDocument, type SetupKindsQuery } from '../gql/graphql'

export type Kind = SetupKindsQuery['setupKinds'][number]
export type Sheet = Kind['sheets'][number]
export type Column = Sheet['columns'][number]

const found = shallowRef<readonly Kind[]>([])
let learned = false

/** What the city decides in editions, and how each kind is made of tables. */
export const kinds: Readonly<Ref<readonly Kind[]>> = found

/** Asks for the kinds, and once for the words they are told in. */
export async function askKinds(): Promise<readonly Kind[]> {
  const [{ setupKinds }] = await Promise.all([graph(SetupKindsDocument), words()])
  found.value = setupKinds
  return setupKinds
}

async function words(): Promise<void> {
  if (learned) return
  await learnPart({
    'zh-CN': () => import('../../../../shared/i18n/setup.zh-CN.json'),
    en: () => import('../../../../shared/i18n/setup.en.json'),
  })
  learned = true
}

export const columnName = (kind: string, sheet: string, column: string): string =>
  t(`column.${kind}.${sheet}.${column}`)

export const sheetName = (kind: string, sheet: string): string => t(`sheet.${kind}.${sheet}`)

/** A cell as people read it: choices by their words. */
export const cellText = (column: Column | undefined, cell: string): string =>
  cell && column?.choices.includes(cell) ? t(`choice.${cell}`) : cell

/** Where an edition stands, in a word. */
export function standing({ no, state, inForce }: EditionLineFragment): string {
  if (state === 'PUBLISHED') return t(no === inForce ? 'setup.inForce' : 'setup.past')
  return t(state === 'PROPOSED' ? 'setup.proposed' : 'setup.withdrawn')
}

/** Who proposed it and when, in a phrase. */
export const proposed = ({ proposedBy, proposedAt }: EditionLineFragment): string =>
  proposedBy && proposedAt ? t('setup.by', { name: proposedBy.name, at: moment(proposedAt) }) : ''

/** Who published or withdrew it and when, in a phrase. */
export const decided = ({ publishedBy, publishedAt, state }: EditionLineFragment): string =>
  publishedBy && publishedAt ? t(`setup.end.${state}`, { name: publishedBy.name, at: moment(publishedAt) }) : ''

export const title = (no: number): string => (no ? t('setup.no', { no }) : t('setup.shipped'))
