import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  test: {
    environment: 'jsdom',
    include: ['shared/web/**/*.test.ts', 'clients/*/src/**/*.test.ts'],
    restoreMocks: true,
  },
})
