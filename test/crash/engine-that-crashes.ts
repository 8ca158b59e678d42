/** `node engine-that-crashes.ts <folder> <point> <n>`: kills itself at the n-th pass of the point; ends with 0 when it never came to it. */
import { runToEnd } from './engine-world.ts'

const [folder = '', point = '', pass = '1'] = process.argv.slice(2)

let left = Number(pass)
await runToEnd(folder, {
  probe: (reached) => {
    if (reached !== point) return
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  },
})
