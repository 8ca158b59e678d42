import Box from '@cloudscape-design/components/box'
import Modal from '@cloudscape-design/components/modal'
import { useDeclaredKeys } from './keys.ts'

/** Every key that does something here. */
export default function KeySheet({ onClose }: { onClose: () => void }) {
  const keys = useDeclaredKeys()
  return (
    <Modal visible onDismiss={onClose} header="Keyboard" closeAriaLabel="Close">
      <table className="keys">
        <tbody>
          {keys.map(({ keys: combination, does }) => (
            <tr key={`${combination} ${does}`}>
              <th scope="row">
                {combination.split(' ').map((key) => (
                  <kbd key={key}>{key.replace('mod+', 'Ctrl/⌘ ')}</kbd>
                ))}
              </th>
              <td>
                <Box>{does}</Box>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  )
}
