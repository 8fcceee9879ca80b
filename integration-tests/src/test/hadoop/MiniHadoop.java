import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * HDFS and YARN with two node managers: Hadoop's own daemons in this process, which shares its class
 * path with nothing else. Writes Hadoop's configuration for clients, then a file {@code ready}, and
 * ends when its standard input does.
 */
public final class MiniHadoop {
  private static final int NODES = 2;

  private MiniHadoop() {}

  /**
   * Starts the cluster.
   *
   * @param arguments the folder for everything that it writes; the clients' configuration is in
   *     {@code conf}
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    YarnConfiguration settings = new YarnConfiguration();
    settings.set("hadoop.tmp.dir", folder.resolve("tmp").toString());
    settings.set("dfs.namenode.fs-limits.min-block-size", "0");
    MiniDFSCluster hdfs =
        new MiniDFSCluster.Builder(settings, folder.resolve("hdfs").toFile())
            .numDataNodes(1)
            .build();
    settings.set("fs.defaultFS", hdfs.getURI().toString());

    settings.setBoolean("yarn.is.minicluster", true);
    settings.set("yarn.scheduler.capacity.root.queues", "default");
    settings.set("yarn.scheduler.capacity.root.default.capacity", "100");
    settings.set("yarn.scheduler.capacity.maximum-am-resource-percent", "0.5");
    settings.setInt("yarn.scheduler.minimum-allocation-mb", 128);
    settings.setInt("yarn.nodemanager.resource.memory-mb", 4096);
    settings.setInt("yarn.nodemanager.resource.cpu-vcores", 4);
    settings.setBoolean("yarn.nodemanager.pmem-check-enabled", false);
    settings.setBoolean("yarn.nodemanager.vmem-check-enabled", false);
    settings.set(
        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99.9");
    MiniYARNCluster yarn = new MiniYARNCluster("gradus", NODES, 1, 1);
    yarn.init(settings);
    yarn.start();

    Path conf = Files.createDirectories(folder.resolve("conf"));
    Configuration running = yarn.getConfig();
    // A class of Hadoop's tests, which clients do not have.
    running.unset("net.topology.node.switch.mapping.impl");
    for (String name : new String[] {"core-site.xml", "yarn-site.xml"}) {
      write(running, conf.resolve(name));
    }
    Files.writeString(folder.resolve("ready"), running.get("fs.defaultFS"));
    while (System.in.read() >= 0) {
      // Whoever started this is still there.
    }
    System.exit(0);
  }

  private static void write(Configuration settings, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      settings.writeXml(out);
    }
  }
}
