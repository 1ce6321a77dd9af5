package io.vitrail.text.tokenizer;

import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Files;

/**
 * Makes the tokenizer.json that a checkpoint doesn't have of the files that it has, as transformers'
 * convert_slow_tokenizer does.
 */
final class Conversion {
    private Conversion() {}

    /**
     * Whether to convert even where there is a tokenizer.json: Llama's and T5's classes do so when the configuration
     * says how texts begin.
     */
    static boolean isWanted(TokenizerConfig config) {
        boolean asked = config.has("add_prefix_space")
                && (config.type() == TokenizerClass.LLAMA || config.type() == TokenizerClass.T5);
        return asked && Files.exists(config.folder().resolve(SentencePieceConversion.fileOf(config.type())));
    }

    /**
     * Converts.
     *
     * @throws CheckpointException if the files are missing or damaged
     */
    static TokenizerJson of(TokenizerConfig config) {
        return switch (config.type()) {
            case BERT, DISTILBERT, MPNET -> WordPieceConversion.of(config);
            case ROBERTA, GPT2, QWEN2, CLIP, OPENAI_GPT -> BytePairConversion.of(config);
            case LLAMA, GEMMA, T5, XLM_ROBERTA, ALBERT -> SentencePieceConversion.of(config);
            case TRANSFO_XL ->
                throw CheckpointException.of(
                        "Transformer-XL has no tokenizer here: the reference has retired its own, whose words are in a"
                                + " pickle.",
                        config.folder(),
                        "give ids to a SegmentReader, or put a tokenizer.json with the same words here.");
            case GENERIC, GPT_NEOX, SIGLIP, MARIAN ->
                throw CheckpointException.of(
                        "There is no tokenizer.json, and what to make one of isn't known for " + config.type() + ".",
                        config.folder(),
                        "download tokenizer.json, or name the tokenizer_class in tokenizer_config.json: Albert, Bart,"
                                + " Bert, CLIP, DistilBert, Electra, GPT2, Gemma, Llama, Longformer, MPNet, OpenAIGPT,"
                                + " Qwen2, Roberta, T5, XLMRoberta (with Tokenizer behind the name).");
        };
    }
}
