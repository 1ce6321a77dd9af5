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
 * Asks about all views of pictures, and makes one answer of those of a picture.
 *
 * @param side of the model's input
 * @param mean what several answers say together; of one it is that
 */
record Looks<R>(Views views, int side, Function<List<R>, R> mean) {
    /** @param ask answers about views, in their order */
    List<R> answer(List<Image> images, Function<List<Image>, List<R>> ask) {
        List<List<Image>> looks = images.stream().map(this::look).toList();
        List<Image> flat = looks.stream().flatMap(List::stream).toList();
        Iterator<R> answers = ask.apply(flat).iterator();
        return looks.stream().map(look -> mean(look.size(), answers)).toList();
    }

    /**
     * Results as they are asked for; views are made of a picture when the model takes it.
     *
     * @param ask answers about views, in their order
     */
    Stream<R> answer(Stream<Image> images, Function<Stream<Image>, Stream<R>> ask) {
        Deque<Integer> sizes = new ArrayDeque<>();
        Stream<R> answers = ask.apply(images.flatMap(image -> {
            List<Image> look = look(image);
            sizes.add(look.size());
            return look.stream();
        }));
        Iterator<R> each = answers.iterator();
        Iterator<R> means = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return each.hasNext();
            }

            @Override
            public R next() {
                R first = each.next(); // how many views its picture has is known from now on
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

    private R mean(int size, Iterator<R> answers) {
        return mean(answers.next(), size - 1, answers);
    }

    private R mean(R first, int others, Iterator<R> answers) {
        List<R> all = new ArrayList<>(List.of(first));
        for (int i = 0; i < others; i++) {
            all.add(answers.next());
        }
        return mean.apply(all);
    }
}
