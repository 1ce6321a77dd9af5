package io.vitrail.vit.training;

/** How the pictures of one set vary during training. All is decided by random numbers that are given. */
public sealed interface Variation permits Augmentation, StandardAugmentation {}
