package io.vitrail.text;

import io.vitrail.transformer.weights.CheckpointModel;

/** A model that reads text. */
public abstract class TextModel extends CheckpointModel {}
