/** What our own operations answer, as the core says it. */
export type { Explanation, Reason, Remedy, Subject } from '../../core/execution/explain/explanation.ts'
