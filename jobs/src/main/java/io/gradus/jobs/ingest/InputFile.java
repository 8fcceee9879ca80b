package io.gradus.jobs.ingest;

import java.io.Serializable;

/**
 * One file to read.
 *
 * @param input which entry of {@code ingest.inputs} named it
 * @param path the whole path, with its file system
 * @param relativePath the path below the folder that the entry named; the file's name otherwise
 * @param length in bytes, as it lies in storage
 * @param modified milliseconds since the epoch
 * @param format how it is read, never {@link IngestConfig.Format#AUTO}
 * @param compression how it is packed
 */
record InputFile(
    int input,
    String path,
    String relativePath,
    long length,
    long modified,
    IngestConfig.Format format,
    Compression compression)
    implements Serializable {}
