export const mayImport: Readonly<Record<string, readonly string[]>>
export function findViolations(root: string): { file: string; imports: string; why: string }[]
export function tableAsMarkdown(): string
