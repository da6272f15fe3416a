/** A field for the id of a node, which suggests those of the fleet; it may also be one that has left. */
import { searchNodes } from '../fleet-view/search-nodes.ts';
import { useFleet } from '../live/live-fleet.tsx';
import { SuggestField } from './suggest-field.tsx';

/** Lines that are seen at once. */
const SUGGESTED_MAX = 8;

interface NodeFieldProps {
  readonly label: string;
  readonly value: string;
  readonly take: (id: string) => void;
  readonly className?: string | undefined;
}

export function NodeField(props: NodeFieldProps) {
  const { nodes } = useFleet();
  return (
    <SuggestField
      {...props}
      suggest={(typed) =>
        searchNodes(nodes, typed)
          .slice(0, SUGGESTED_MAX)
          .map(({ id }) => id)
      }
    />
  );
}
