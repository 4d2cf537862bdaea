import { keep, kept } from '@sanwei/web/cache'
import { graph, Offline } from '@sanwei/web/graph'
import { readonly, ref, shallowRef } from 'vue'
import {
  AnswersToKeepDocument,
  type AnswerUse,
  AskDocument,
  AskedOftenDocument,
  type KnowledgeAnswerFragment,
  UseAnswerDocument,
} from '../gql/graphql.ts'

export type KnowledgeAnswer = KnowledgeAnswerFragment

/** One question and what was said to it; without `best` nothing was answered. */
export interface Turn {
  question: string
  best: KnowledgeAnswer | null
  near: readonly KnowledgeAnswer[]
  /** From what the phone keeps: there was no network. */
  offline: boolean
}

const KEPT = 'answers'
const OFTEN = 'asked-often'
const NEAR = 3

/** Neighbouring characters, the way the server finds entries. */
const pairs = (text: string): Set<string> => {
  const plain = text.replace(/[^\p{L}\p{N}]/gu, '')
  return new Set(Array.from({ length: Math.max(plain.length - 1, 0) }, (_, i) => plain.slice(i, i + 2)))
}

/** Kept answers that share most with the question; without network nothing better is known. */
export function nearest(question: string, answers: readonly KnowledgeAnswer[]): KnowledgeAnswer[] {
  const wanted = pairs(question)
  const shared = (one: KnowledgeAnswer) =>
    [...pairs(one.question + one.answer)].filter((pair) => wanted.has(pair)).length
  return answers
    .map((one) => ({ one, n: shared(one) }))
    .filter(({ n }) => n > 0)
    .sort((a, b) => b.n - a.n)
    .slice(0, NEAR)
    .map(({ one }) => one)
}

/** Counts are best effort: nobody waits for them, and nothing is said when one is lost. */
export function count(id: string, how: AnswerUse, areaCode: string): void {
  void graph(UseAnswerDocument, { id, how, areaCode }).catch(() => undefined)
}

/** A conversation with the knowledge base: the last turn is the one on the screen. */
export function useAsk(area: () => string) {
  const turns = shallowRef<readonly Turn[]>([])
  const often = shallowRef<readonly KnowledgeAnswer[]>([])
  const busy = ref(false)
  const error = shallowRef<unknown>(null)

  async function say(question: string): Promise<Turn> {
    try {
      const { answer } = await graph(AskDocument, { question })
      return { question, best: answer.best ?? null, near: answer.near, offline: false }
    } catch (failure) {
      const old = failure instanceof Offline ? await kept<readonly KnowledgeAnswer[]>(KEPT) : undefined
      if (!old) throw failure
      return { question, best: null, near: nearest(question, old.data), offline: true }
    }
  }

  async function ask(question: string): Promise<void> {
    if (busy.value || !question.trim()) return
    busy.value = true
    error.value = null
    try {
      const turn = await say(question.trim())
      turns.value = [...turns.value, turn]
      if (turn.best) count(turn.best.id, 'ASKED', area())
    } catch (failure) {
      error.value = failure
    } finally {
      busy.value = false
    }
  }

  /** Opens an entry that was named as near. */
  function open(entry: KnowledgeAnswer): void {
    turns.value = [...turns.value, { question: entry.question, best: entry, near: [], offline: false }]
    count(entry.id, 'ASKED', area())
  }

  /** What is asked most, and what the phone keeps for when there is no network. */
  async function prepare(): Promise<void> {
    const old = await kept<readonly KnowledgeAnswer[]>(OFTEN)
    if (old) often.value = old.data
    try {
      often.value = (await graph(AskedOftenDocument, { areaCode: area() })).askedOften
      await keep(OFTEN, often.value)
      await keep(KEPT, (await graph(AnswersToKeepDocument)).answersToKeep)
    } catch {
      // without network what was kept before stands
    }
  }

  return { turns, often, busy: readonly(busy), error, ask, open, prepare }
}
