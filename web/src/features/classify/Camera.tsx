import { Button, Group } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Dialog } from '../../ui/Dialog';
import { Problem } from '../../ui/Problem';
import classes from './Camera.module.css';

/** Shows the camera's view and takes a photo. */
export function Camera({ onPhoto, close }: { readonly onPhoto: (photo: Blob) => void; readonly close: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [ready, setReady] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    let closed = false;
    let stream: MediaStream | undefined;
    const stop = (): void => stream?.getTracks().forEach((track) => void track.stop());
    openCamera().then(
      (opened) => {
        stream = opened;
        if (closed) stop();
        else if (video.current) video.current.srcObject = opened;
      },
      (error: unknown) => setProblem(cameraProblem(error)),
    );
    return () => {
      closed = true;
      stop();
    };
  }, []);

  const take = (): void => {
    const { current } = video;
    if (!current) return;
    const canvas = document.createElement('canvas');
    canvas.width = current.videoWidth;
    canvas.height = current.videoHeight;
    canvas.getContext('2d')?.drawImage(current, 0, 0);
    canvas.toBlob((photo) => {
      if (photo) onPhoto(photo);
    }, 'image/png');
  };

  return (
    <Dialog title="Camera" close={close}>
      {problem ? (
        <Problem title="No camera" message={problem} />
      ) : (
        <>
          <video
            ref={video}
            className={classes.video}
            autoPlay
            playsInline
            muted
            aria-label="Camera view"
            onLoadedData={() => setReady(true)}
          />
          <Group mt="md">
            <Button onClick={take} disabled={!ready}>
              Take photo
            </Button>
          </Group>
        </>
      )}
    </Dialog>
  );
}

async function openCamera(): Promise<MediaStream> {
  // Undefined unless the page was loaded over https or from this machine.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new Error('Browsers allow the camera only on pages over https or from this machine.');
  return devices.getUserMedia({ video: { facingMode: 'environment' } });
}

function cameraProblem(error: unknown): string {
  const { name, message } = error as Error;
  if (name === 'NotAllowedError')
    return 'The browser blocks the camera for this page. Allow it, then open the camera again.';
  if (name === 'NotFoundError') return 'This machine has no camera. Choose a photo instead.';
  return message;
}
