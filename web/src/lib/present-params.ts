/**
 * The parameters of the address as it is now. Those that React Router passes to an update are of the last render: of two quick
 * changes the second would undo the first.
 */
export function presentParams(): URLSearchParams {
  return new URLSearchParams(window.location.search);
}
