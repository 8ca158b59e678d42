import { storeContract } from '../../src/store/contract.ts'
import { openMemoryStore } from './memory-store.ts'

storeContract('the memory store of the simulator', async () => openMemoryStore())
