package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import io.vitrail.vit.VisionModel;
import java.util.List;

/**
 * Takes out of a trained classifier's logits how often its training showed each class: they lose a part of the logarithm of
 * the frequency. What was seen more often than it will be met later is then guessed less (Menon et al. 2021, "Long-tail
 * learning via logit adjustment", section 4.1).
 *
 * @param frequencies how often each class was shown, in any unit
 * @param part of the logarithm that is taken out, from 0 (nothing) to 1 (as if all classes had been shown equally often)
 */
public record LogitAdjustment(List<Double> frequencies, double part) {
    public LogitAdjustment {
        frequencies = List.copyOf(frequencies);
        Check.that(part >= 0 && part <= 1, "The part of the adjustment must be from 0 to 1, not %s.", part);
        for (double frequency : frequencies) {
            Check.that(frequency > 0 && Double.isFinite(frequency), "A class was shown %s times.", frequency);
        }
    }

    /** What is added to the logits, one number a class; their mean is 0. */
    public float[] shifts() {
        double mean = frequencies.stream().mapToDouble(Math::log).average().orElse(0);
        float[] shifts = new float[frequencies.size()];
        for (int i = 0; i < shifts.length; i++) {
            shifts[i] = (float) (part * (mean - Math.log(frequencies.get(i))));
        }
        return shifts;
    }

    /** Changes the model's head, once for all. */
    public void applyTo(VisionModel model) {
        model.shiftLogits(shifts());
    }
}
