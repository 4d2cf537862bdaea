import { learn } from '@sanwei/web/i18n'
import { beforeAll, expect, test } from 'vitest'
import type { RequestCaseFragment } from '../../gql/graphql.ts'
import words from '../../i18n/zh-CN.json'
import { recordOf } from './record.ts'

beforeAll(() => learn({ 'zh-CN': words, en: () => import('../../i18n/en.json') }))

const ROW = {
  no: 'LW20251123-0007',
  kind: 'COMPLAINT',
  state: 'RATED',
  title: '窗口让我跑了三趟',
  text: '窗口让我跑了三趟。\n材料每次说得不一样。',
  submittedAt: '2025-11-23T01:12:00Z',
  promisedAt: null,
  closedAt: '2025-11-25T01:12:00Z',
  place: { address: '恩宁路99号' },
  matter: null,
  unit: { id: 'zj', name: '区住建局' },
  handlerName: '赵敏',
  reply: '已整改。',
  replySource: null,
  verdict: null,
  outcome: 'RATED',
  declined: null,
  rating: { solved: 'SOLVED', level: 'SATISFIED', text: null },
  timeline: [
    { id: '2', at: '2025-11-25T01:12:00Z', verb: 'verb.request.audit_pass', opinion: '已整改。', by: { name: '李梅' } },
    { id: '1', at: '2025-11-23T01:12:00Z', verb: 'verb.request.submit', opinion: null, by: null },
  ],
} as unknown as RequestCaseFragment

test('the file of a case says what the screen says, the oldest step first, with the years of its days', () => {
  const lines = recordOf(ROW).split('\r\n')
  expect(lines[0]).toBe('\uFEFF窗口让我跑了三趟')
  expect(lines).toContain('受理编号：LW20251123-0007')
  expect(lines).toContain('反映类型：投诉')
  expect(lines).toContain('反映时间：2025年11月23日 09:12')
  expect(lines).toContain('负责单位：区住建局 赵敏')
  expect(lines).toContain('您的评价：已解决，满意')
  expect(lines.slice(-3)).toEqual([
    '2025年11月23日 09:12  已提交',
    '2025年11月25日 09:12  已答复，请评价  李梅  已整改。',
    '',
  ])
})

test('what is not there has no line', () => {
  expect(recordOf(ROW)).not.toMatch(/承诺办结|采纳情况|怎么结束的|null|undefined/)
})
