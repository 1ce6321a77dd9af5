package io.vitrail.vit;

import io.vitrail.transformer.Check;
import io.vitrail.vit.image.Image;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Asks about all views of pictures, and makes one classification of those of a picture.
 *
 * @param side of the model's input
 */
record Looks(Views views, int side) {
    /** @param classify answers about views, in their order */
    List<Classification> answer(List<Image> images, Function<List<Image>, List<Classification>> classify) {
        List<List<Image>> looks = images.stream().map(this::look).toList();
        List<Image> flat = looks.stream().flatMap(List::stream).toList();
        Iterator<Classification> answers = classify.apply(flat).iterator();
        return looks.stream().map(look -> mean(look.size(), answers)).toList();
    }

    /**
     * Results as they are asked for; views are made of a picture when the model takes it.
     *
     * @param classify answers about views, in their order
     */
    Stream<Classification> answer(Stream<Image> images, Function<Stream<Image>, Stream<Classification>> classify) {
        Deque<Integer> sizes = new ArrayDeque<>();
        Stream<Classification> answers = classify.apply(images.flatMap(image -> {
            List<Image> look = look(image);
            sizes.add(look.size());
            return look.stream();
        }));
        Iterator<Classification> each = answers.iterator();
        Iterator<Classification> means = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return each.hasNext();
            }

            @Override
            public Classification next() {
                Classification first = each.next(); // how many views its picture has is known from now on
                return mean(first, sizes.remove() - 1, each);
            }
        };
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(means, Spliterator.ORDERED), false)
                .onClose(answers::close);
    }

    private List<Image> look(Image image) {
        Check.that(image != null, "A picture is missing (null).");
        return views.of(image, side);
    }

    private static Classification mean(int size, Iterator<Classification> answers) {
        return mean(answers.next(), size - 1, answers);
    }

    private static Classification mean(Classification first, int others, Iterator<Classification> answers) {
        List<Classification> all = new ArrayList<>(List.of(first));
        for (int i = 0; i < others; i++) {
            all.add(answers.next());
        }
        return Classification.mean(all);
    }
}
