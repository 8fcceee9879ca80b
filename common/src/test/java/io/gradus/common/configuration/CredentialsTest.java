package io.gradus.common.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.job.UserMistake;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3a://AKIA7:Xy/z@bucket/books",
        "s3a://AKIA7:/Xy+z@bucket/books",
        "s3a://AKIA7:7/Xy@bucket/books",
        "ftp://ana:Xy/z@host:21/books",
        "sftp://:Xy/z@host",
        "hdfs://ana:8Xy/z@nn:8020/a"
      })
  void aUriWithAPasswordIsRefusedWithoutShowingIt(String uri) {
    Problems problems = new Problems();
    Section.root(ConfigFactory.parseString("path = \"" + uri + "\""), problems).path("path");
    assertThat(problems.messages())
        .singleElement()
        .asString()
        .startsWith("path (")
        .contains(
            "'" + uri.substring(0, uri.indexOf(':', uri.indexOf("//"))) + ":...' holds a password")
        .contains("fs.s3a.secret.key of core-site.xml")
        .doesNotContain("Xy");
    assertThatThrownBy(() -> Credentials.refuse("The configuration", uri))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith("The configuration: '")
        .hasMessageEndingWith("and leave it out here.");
  }

  @Test
  void aPasswordInAGlobIsRefusedToo() {
    assertThatThrownBy(() -> Credentials.without("{s3a://AKIA7:Xy@bucket/books,/data}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'s3a://AKIA7:...' holds a password");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3a://bucket/books",
        "hdfs://namenode:8020/a@b",
        "hdfs://namenode:8020",
        "abfs://container@account.example/a:b",
        "ftp://ana@host/a:b@c",
        "/data/a:b@c",
        "text with a: b@c"
      })
  void otherUrisAndTextsStayAsTheyAre(String text) {
    assertThat(Credentials.without(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.hadoop.fs.s3a.secret.key",
        "spark.hadoop.fs.s3a.access.key",
        "spark.hadoop.fs.s3a.encryption.key",
        "spark.executorEnv.AZURE_STORAGE_ACCOUNT_KEY",
        "spark.hadoop.fs.s3a.bucket.books.session.token",
        "spark.hadoop.fs.azure.account.key.books.dfs.core.windows.net",
        "spark.hadoop.fs.azure.sas.fixed.books",
        "spark.hadoop.fs.gs.auth.service.account.private.key",
        "spark.ssl.keyPassword"
      })
  void settingsWithSecretsAreKnown(String setting) {
    assertThat(Credentials.isSecret(setting, "value")).isTrue();
  }

  @Test
  void settingsThatTellWhereASecretIsAreShown() {
    assertThat(
            new String[] {
              "spark.hadoop.fs.s3a.aws.credentials.provider",
              "spark.kubernetes.driver.secretKeyRef.AWS_ACCESS_KEY_ID",
              "spark.kubernetes.executor.secrets.tls",
              "spark.kubernetes.authenticate.submission.oauthTokenFile",
              "spark.executor.memory"
            })
        .noneMatch(setting -> Credentials.isSecret(setting, "value"));
  }

  @Test
  void aPropertyOfAJvmMayHoldASecret() {
    String options = "spark.driver.extraJavaOptions";
    assertThat(Credentials.isSecret(options, "-Xss8m -Djavax.net.ssl.trustStorePassword=x"))
        .isTrue();
    assertThat(Credentials.isSecret(options, "-Xss8m -Dfile.encoding=UTF-8")).isFalse();
  }
}
