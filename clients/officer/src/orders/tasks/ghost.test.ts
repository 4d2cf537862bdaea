import { learn } from '@sanwei/web/i18n'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PhotoFragment } from '../../gql/graphql'
import words from '../../i18n/zh-CN.json'
import GhostSheet from './GhostSheet.vue'

const before = [{ id: 'a', url: '/a' } as PhotoFragment]

beforeEach(async () => {
  await learn({ 'zh-CN': words, en: () => import('../../i18n/en.json') })
  HTMLDialogElement.prototype.showModal ??= () => undefined
})
afterEach(() => vi.unstubAllGlobals())

test('without leave to use the camera the sheet says that a file does', async () => {
  const refuse = vi.fn().mockRejectedValue(new DOMException('', 'NotAllowedError'))
  vi.stubGlobal('navigator', { ...navigator, mediaDevices: { getUserMedia: refuse } })
  const sheet = mount(GhostSheet, { props: { before } })
  await flushPromises()
  expect(sheet.get('[role=alert]').text()).toContain('没有打开相机')
  expect(sheet.findAll('video, img')).toHaveLength(0)
  await sheet.get('.btn').trigger('click')
  expect(sheet.emitted('update:open')).toEqual([[false]])
})

test('a camera that opened is closed with the sheet', async () => {
  const stop = vi.fn()
  const stream = { getTracks: () => [{ stop }] }
  vi.stubGlobal('navigator', { ...navigator, mediaDevices: { getUserMedia: async () => stream } })
  HTMLMediaElement.prototype.play = async () => undefined
  const sheet = mount(GhostSheet, { props: { before } })
  await flushPromises()
  expect(sheet.get('.btn--primary').attributes('disabled')).toBeUndefined()
  sheet.unmount()
  expect(stop).toHaveBeenCalledTimes(1)
})
