package io.gradus.jobs.rate;

/**
 * What a session is opened on.
 *
 * @param engines whether TensorRT's engines may be built here
 */
record Hardware(Device device, DeviceConfig config, ExecutionProviders.Engines engines) {
  static final Hardware CPU =
      new Hardware(Device.CPU, DeviceConfig.DEFAULT, ExecutionProviders.Engines.BUILT_WHEN_MISSING);
}
