import type { RouteRecordRaw } from 'vue-router'
import HomePage from './home/HomePage.vue'

export const routes: RouteRecordRaw[] = [{ path: '/', component: HomePage }]
