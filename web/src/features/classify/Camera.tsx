import { Button, Group, Modal } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Problem } from '../../ui/Problem';
import classes from './Camera.module.css';

/** Shows what the camera sees, and takes a photo of it. */
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
      (error: unknown) => setProblem(whyNot(error)),
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
    <Modal opened onClose={close} title="Camera" closeButtonProps={{ 'aria-label': 'Close' }}>
      {problem ? (
        <Problem title="No picture from the camera" message={problem} />
      ) : (
        <>
          <video
            ref={video}
            className={classes.video}
            autoPlay
            playsInline
            muted
            aria-label="What the camera sees"
            onLoadedData={() => setReady(true)}
          />
          <Group mt="md">
            <Button onClick={take} disabled={!ready}>
              Take the photo
            </Button>
          </Group>
        </>
      )}
    </Modal>
  );
}

async function openCamera(): Promise<MediaStream> {
  // Browsers have no such property on pages that were not fetched from this machine or over https.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new Error('The browser gives a camera only to pages over https, or from this machine.');
  return devices.getUserMedia({ video: { facingMode: 'environment' } });
}

function whyNot(error: unknown): string {
  const { name, message } = error as Error;
  if (name === 'NotAllowedError')
    return 'The browser was told not to let this page see the camera. Allow it, then open this again.';
  if (name === 'NotFoundError') return 'This machine has no camera. Choose a photo instead.';
  return message;
}
