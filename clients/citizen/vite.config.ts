import { client } from '@sanwei/web/vite'

export default client('citizen')
