import Box from '@cloudscape-design/components/box'
import { useQuery } from '@tanstack/react-query'
import { session } from '../../api/session.ts'
import { users } from '../../api/users.ts'

const MOST = 8

/** Policies are not enforced yet, so that whoever has a key of the account may answer: said as it is. */
export function WhoMay() {
  const { data = [] } = useQuery({ ...users(), retry: false })
  const me = session()?.user ?? ''
  const others = data.flatMap(({ UserName }) => (UserName === undefined || UserName === me ? [] : [UserName]))
  const more = others.length > MOST ? ` and ${others.length - MOST} more` : ''
  return (
    <Box color="text-body-secondary">
      Who may answer: everybody with a key of account {session()?.account}: you ({me})
      {others
        .slice(0, MOST)
        .map((name) => `, ${name}`)
        .join('')}
      {more}.
    </Box>
  )
}
