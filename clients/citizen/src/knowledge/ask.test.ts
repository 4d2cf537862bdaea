import { expect, test } from 'vitest'
import { type KnowledgeAnswer, nearest } from './ask.ts'

const entry = (question: string, answer = ''): KnowledgeAnswer => ({
  id: question,
  question,
  answer,
  source: '某条例',
  clause: '',
  sourceOn: '2024-01-01',
  unit: null,
})

test('without network the kept answers that share most with the question come first', () => {
  const kept = [entry('停电会提前通知吗？'), entry('停水会提前通知吗？'), entry('养狗要办证吗？')]
  expect(nearest('今天停水，怎么没通知', kept).map(({ id }) => id)).toEqual([
    '停水会提前通知吗？',
    '停电会提前通知吗？',
  ])
  expect(nearest('？', kept)).toEqual([])
})
