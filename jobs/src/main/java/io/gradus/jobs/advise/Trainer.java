package io.gradus.jobs.advise;

/** A trainer that fragments are written for. */
public enum Trainer {
  MEGATRON("Megatron-LM", "megatron.sh"),
  TRANSFORMERS("Transformers", "transformers.json");

  private final String title;
  private final String file;

  Trainer(String title, String file) {
    this.title = title;
    this.file = file;
  }

  String title() {
    return title;
  }

  String file() {
    return file;
  }
}
