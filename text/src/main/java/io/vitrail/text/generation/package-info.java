/** How decoders write: the engine that continues sequences token by token, and its options. */
package io.vitrail.text.generation;
