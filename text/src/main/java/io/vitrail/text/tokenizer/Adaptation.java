package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;

/** What the reference's tokenizer classes change in the pipeline of a tokenizer.json after they have read it. */
final class Adaptation {
    private final TokenizerConfig config;
    private final ObjectNode pipeline;

    private Adaptation(TokenizerConfig config, ObjectNode pipeline) {
        this.config = config;
        this.pipeline = pipeline;
    }

    /** Changes the pipeline where tokenizer_config.json, or what its class takes for granted, says otherwise. */
    static void adapt(ObjectNode pipeline, TokenizerConfig config) {
        Adaptation adaptation = new Adaptation(config, pipeline);
        adaptation.prefixSpace();
        switch (config.type()) {
            case BERT, DISTILBERT, MPNET -> adaptation.bertNormalizer();
            case ROBERTA -> adaptation.robertaProcessor();
            default -> {
                // tokenizer.json counts as it stands
            }
        }
    }

    private void prefixSpace() {
        if (config.type().keepsPrefixSpace() && !config.has("add_prefix_space")) {
            return;
        }
        boolean wanted = config.flag("add_prefix_space", false);
        if (pipeline.path("pre_tokenizer") instanceof ObjectNode first
                && first.path("type").asText().equals("ByteLevel")) {
            first.put("add_prefix_space", wanted);
        }
    }

    private void bertNormalizer() {
        if (pipeline.path("normalizer") instanceof ObjectNode normalizer
                && normalizer.path("type").asText().equals("BertNormalizer")) {
            normalizer.put("lowercase", config.flag("do_lower_case", true));
            JsonNode strip = config.value("strip_accents");
            normalizer.set("strip_accents", strip.isMissingNode() ? normalizer.nullNode() : strip);
            normalizer.put("handle_chinese_chars", config.flag("tokenize_chinese_chars", true));
        }
    }

    private void robertaProcessor() {
        if (pipeline.path("post_processor") instanceof ObjectNode processor) {
            if (processor.has("add_prefix_space")) {
                processor.put("add_prefix_space", config.flag("add_prefix_space", false));
            }
            if (processor.has("trim_offsets")) {
                processor.put("trim_offsets", config.flag("trim_offsets", true));
            }
        }
    }

    /** Llama's and Gemma's classes frame by two settings of their own, whatever tokenizer.json says. */
    static void frame(ObjectNode pipeline, TokenizerConfig config, Vocabulary vocabulary) {
        boolean own = config.type() == TokenizerClass.LLAMA || config.type() == TokenizerClass.GEMMA;
        if (own) {
            Template template = new Template(config, vocabulary);
            template.add("bos", 0, config.flag("add_bos_token", true));
            template.text("A", 0);
            template.add("eos", 0, config.flag("add_eos_token", false));
            ArrayNode single = template.parts.deepCopy();
            template.add("bos", 1, config.flag("add_bos_token", true));
            template.text("B", 1);
            template.add("eos", 1, config.flag("add_eos_token", false));
            ObjectNode processor = pipeline.putObject("post_processor").put("type", "TemplateProcessing");
            processor.set("single", single);
            processor.set("pair", template.parts);
            processor.set("special_tokens", template.tokens);
        }
    }

    /** A template of special tokens that grows part by part. */
    private static final class Template {
        private final TokenizerConfig config;
        private final Vocabulary vocabulary;
        private final ArrayNode parts = PipelineParts.list();
        private final ObjectNode tokens = PipelineParts.object();

        Template(TokenizerConfig config, Vocabulary vocabulary) {
            this.config = config;
            this.vocabulary = vocabulary;
        }

        void text(String name, int type) {
            parts.addObject().putObject("Sequence").put("id", name).put("type_id", type);
        }

        void add(String kind, int type, boolean wanted) {
            if (!wanted) {
                return;
            }
            AddedToken token = config.special().get(kind);
            Check.that(token != null, "'add_%s_token' is true, but there is no %s_token.", kind, kind);
            int id = vocabulary.id(token.content()).orElse(0);
            parts.addObject()
                    .putObject("SpecialToken")
                    .put("id", token.content())
                    .put("type_id", type);
            tokens.putObject(token.content())
                    .put("id", token.content())
                    .set("ids", PipelineParts.list().add(id));
        }
    }
}
