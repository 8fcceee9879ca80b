package io.gradus.jobs.calibrate;

import org.apache.datasketches.req.ReqDebug;
import org.apache.datasketches.req.ReqSketch;

/** Watches a REQ sketch and says nothing; a watched sketch compacts in a reproducible way. */
final class SilentWatcher implements ReqDebug {
  @Override
  public void emitStart(ReqSketch sketch) {}

  @Override
  public void emitStartCompress() {}

  @Override
  public void emitCompressDone() {}

  @Override
  public void emitAllHorizList() {}

  @Override
  public void emitMustAddCompactor() {}

  @Override
  public void emitCompactingStart(byte level) {}

  @Override
  public void emitNewCompactor(byte level) {}

  @Override
  public void emitAdjSecSizeNumSec(byte level) {}

  @Override
  public void emitCompactionDetail(
      int compactionStart, int compactionEnd, int secondsToCompact, int promoted, boolean coin) {}

  @Override
  public void emitCompactionDone(byte level) {}
}
