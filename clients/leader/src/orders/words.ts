import { t } from '@sanwei/web/i18n'
import type { CaseRowFragment, PlaceFragment } from '../gql/graphql'

/** What a case is called; one that is only a photo has neither words nor matter. */
export const titleOf = (order: { title: string; matter: { name: string } | null }): string =>
  order.title || order.matter?.name || t('case.untitled')

/** The address when somebody gave one, else the smallest area that is known. */
export function whereIs({ address, street, community, cell }: PlaceFragment): string {
  const areas = [street, cell ?? community].map((area) => area?.name).filter(Boolean)
  return address || areas.join(' ') || t('case.nowhere')
}

/** 区城管局 王强: who has it, as far as somebody has. */
export const whoHas = ({ unit, handler }: Pick<CaseRowFragment, 'unit' | 'handler'>): string =>
  unit ? [unit.name, handler?.name].filter(Boolean).join(' ') : t('case.nobody')

/** Joins the facts of one line, leaving out what is not known. */
export const facts = (...parts: (string | null | undefined | false)[]): string => parts.filter(Boolean).join(' · ')
