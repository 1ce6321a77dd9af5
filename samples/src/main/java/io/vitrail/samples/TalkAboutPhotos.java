package io.vitrail.samples;

import io.vitrail.fusion.PictureConversation;
import io.vitrail.fusion.VisionChat;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.List;

/** Talks about a photo, then shows another. */
public class TalkAboutPhotos {
    /** The folder of a model such as HuggingFaceTB/SmolVLM-256M-Instruct, and two photos. */
    public static void main(String[] arguments) {
        try (VisionChat loaded = VisionChat.load(Path.of(arguments[0]))) {
            VisionChat chat = loaded.withOptions(
                    loaded.options().toBuilder().maxNewTokens(40).build());
            PictureConversation talk = chat.about(List.of(Image.fromFile(Path.of(arguments[1]))));
            System.out.println(talk.say("What does the picture show?").text());
            System.out.println(talk.say("What are its colours?").text());
            talk.show(Image.fromFile(Path.of(arguments[2])));
            talk.say("And what does this one show?", piece -> System.out.print(piece));
            System.out.println();
        }
    }
}
