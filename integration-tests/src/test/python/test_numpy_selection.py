"""Tests of numpy_selection.py against the xxhash package and by hand."""

import os
import unittest

import numpy
import xxhash

import numpy_selection


class HashTest(unittest.TestCase):
    def test_short_inputs_hash_as_the_xxhash_package_says(self):
        for length in range(32):
            data = bytes(range(200, 200 + length))
            for seed in (0, 42, 2**64 - 1):
                expected = xxhash.xxh64_intdigest(data, seed)
                self.assertEqual(numpy_selection.xxh64(data, seed), expected)

    def test_ids_hash_as_the_xxhash_package_says(self):
        ids = [os.urandom(16) for _ in range(1000)]
        array = numpy.frombuffer(b"".join(ids), numpy.uint8).reshape(-1, 16)
        found = numpy_selection.xxh64_of_ids(array, 2**63 + 7)
        self.assertEqual(found.tolist(), [xxhash.xxh64_intdigest(i, 2**63 + 7) for i in ids])


class DivideTest(unittest.TestCase):
    def test_what_a_group_cannot_take_goes_to_the_others_in_proportion(self):
        self.assertEqual(numpy_selection.divide(100, [1, 1, 2], [0] * 3, [10, 99, 99]), [10, 30, 60])

    def test_a_minimum_is_taken_from_the_others(self):
        self.assertEqual(numpy_selection.divide(100, [1, 1, 2], [40, 0, 0], [99] * 3), [40, 20, 40])

    def test_whole_numbers_by_largest_remainder(self):
        self.assertEqual(numpy_selection.proportional(10, [1, 1, 1]), [4, 3, 3])


class CellsTest(unittest.TestCase):
    def test_cells_ascend_with_the_number(self):
        values = numpy.sort(numpy.random.default_rng(1).normal(size=10_000) * 100)
        self.assertTrue((numpy.diff(numpy_selection.cells(values, 10)) >= 0).all())

    def test_cells_around_zero(self):
        values = numpy.array([-1e-9, -0.0, 0.0, 1e-9])
        self.assertEqual(numpy_selection.cells(values, 10).tolist(), [-1, 0, 0, 0])


if __name__ == "__main__":
    unittest.main()
