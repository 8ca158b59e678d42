/** Builds the console into dist/console: hashed assets, each with a .br and a .gz sibling, nothing fetched from elsewhere. */
import react from '@vitejs/plugin-react'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const OUT = new URL('../../dist/console/', import.meta.url).pathname
/** where `npm run dev:console` finds a running Pipewright */
const SERVER = process.env['PIPEWRIGHT_ENDPOINT'] ?? 'http://127.0.0.1:4566'

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  publicDir: false,
  plugins: [react(), compressed()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    // what is not needed for the first picture is loaded by the page that needs it
    chunkSizeWarningLimit: 1200,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '^/(?!console/)': { target: SERVER, changeOrigin: false } },
  },
})

/** Compression costs once, at build, and can then be as good as it gets. */
function compressed(): Plugin {
  return {
    name: 'pipewright-compressed',
    apply: 'build',
    async closeBundle() {
      const files = await readdir(OUT, { recursive: true })
      await Promise.all(
        files.filter((file) => /\.(?:js|css|html|svg)$/.test(file)).map((file) => compress(join(OUT, file))),
      )
    },
  }
}

async function compress(file: string): Promise<void> {
  const content = await readFile(file)
  await Promise.all([
    writeFile(`${file}.br`, await promisify(brotliCompress)(content)),
    writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 })),
  ])
}
