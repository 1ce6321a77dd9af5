package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.kernels.CpuFeatures.Feature;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CpuFeaturesTest {
    private static final String SAPPHIRE_RAPIDS =
            """
            processor\t: 0
            vendor_id\t: GenuineIntel
            model name\t: Intel(R) Xeon(R) Platinum 8488C
            flags\t\t: fpu vme sse4_2 avx f16c avx2 bmi2 avx512f avx512dq avx512bw avx512vl avx512_bf16 avx512_vnni amx_bf16 avx512_fp16 amx_tile amx_int8
            vmx flags\t: vnmi preemption_timer

            processor\t: 1
            flags\t\t: fpu
            """;

    @Test
    void readsTheFlagsOfTheFirstProcessor() {
        Set<Feature> intels = EnumSet.complementOf(EnumSet.of(Feature.SSE4A));
        assertThat(CpuFeatures.parse(SAPPHIRE_RAPIDS).present()).isEqualTo(intels);
    }

    @Test
    void takesWholeFlagsOnly() {
        CpuFeatures zen4 = CpuFeatures.parse("flags\t\t: avx2 avx512f avx512bw avx512_bf16 avx512_vnni amx_tiles\n");
        assertThat(zen4.present())
                .containsExactly(Feature.AVX2, Feature.AVX512, Feature.AVX512_VNNI, Feature.AVX512_BF16);
    }

    @Test
    void bfloat16PaysWithAmxOrWithAvx512sInstructions() {
        assertThat(CpuFeatures.parse("flags : avx2 amx_tile amx_bf16\n").multipliesBfloat16())
                .isTrue();
        assertThat(CpuFeatures.parse("flags : avx2 avx512bw avx512_bf16\n").multipliesBfloat16())
                .isTrue();
        assertThat(CpuFeatures.parse("flags : avx2 avx512bw avx512_vnni amx_tile amx_int8\n")
                        .multipliesBfloat16())
                .isFalse();
    }

    @Test
    void knowsNothingWhereTheSystemTellsNothing() {
        assertThat(CpuFeatures.parse("").present()).isEmpty();
        assertThat(CpuFeatures.parse("flags\t\t:\n").present()).isEmpty();
        assertThat(CpuFeatures.parse("processor\t: 0\nFeatures\t: fp asimd bf16\n")
                        .present())
                .isEmpty(); // an ARM
    }
}
