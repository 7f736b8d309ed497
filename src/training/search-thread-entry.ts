import { workerData } from 'node:worker_threads';
import pLimit from 'p-limit';
import { answerRequests } from '../answer-requests.js';
import { OnnxEngine } from '../engines/onnx/onnx-engine.js';
import { openBlobs } from '../storage/blob-place.js';
import type { SearchRequest, SearchThreadData } from './search-thread.js';
import { SimilarImages, type SimilarRows } from './similar-images.js';

/** The thread that SearchThread starts. Questions are answered one by one: each may replace the features in memory. */
const { blobPlace, threads } = workerData as SearchThreadData;
const images = new SimilarImages(openBlobs(blobPlace), new OnnxEngine(threads));
const oneByOne = pLimit(1);

answerRequests<SearchRequest, SimilarRows>((question) => oneByOne(() => images.find(question)));
