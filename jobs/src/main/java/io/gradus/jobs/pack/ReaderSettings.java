package io.gradus.jobs.pack;

import io.gradus.common.table.ShardFormat;
import java.util.Map;

/**
 * What a trainer must be told so that it reads the shards in their order.
 *
 * @param format the format that it reads
 * @param reader the class that reads it
 * @param settings its parameters by name
 * @param note what parameters alone cannot say
 */
public record ReaderSettings(
    ShardFormat format, String reader, Map<String, String> settings, String note) {}
