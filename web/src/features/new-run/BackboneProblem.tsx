import { Alert, Button, Group, Text } from '@mantine/core';
import { Link } from 'react-router';
import { urls } from '../../lib/urls';

interface Props {
  readonly name: string;
  /** Why it cannot be had. */
  readonly problem: string;
  /** Name of a backbone that can; null for none. */
  readonly instead: string | null;
  readonly onChoose: (name: string) => void;
}

/** Says that a backbone cannot be had now, and offers another one or a file. */
export function BackboneProblem({ name, problem, instead, onChoose }: Props) {
  return (
    <Alert variant="outline" color="red" role="alert" maw="44rem" mb="sm">
      <Text>{name} cannot be downloaded now.</Text>
      <Group gap="sm" my="xs">
        {instead !== null && (
          <Button size="xs" variant="default" onClick={() => onChoose(instead)}>
            Use {instead} instead
          </Button>
        )}
        <Link to={urls.backbones}>Add a file of your own</Link>
      </Group>
      <details>
        <summary>Why</summary>
        <span className="prose">{problem}</span>
      </details>
    </Alert>
  );
}
