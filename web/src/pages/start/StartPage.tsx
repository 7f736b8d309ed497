import { Text } from '@mantine/core';
import { PageHead } from '../../ui/PageHead';

export function StartPage() {
  return (
    <>
      <PageHead title="Start" />
      <Text>Data, train, classify.</Text>
    </>
  );
}
