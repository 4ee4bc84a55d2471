-- Corner shop: segmentation 'micro', version 1.
-- Definition 0000000000000000000000000000000000000000000000000000000000000000.
-- Looks from 2024-10-01: orders after it are left out. To look from another day: --as-of.
-- Makes segment_micro_features and segment_micro_assignments anew. For other names: --prefix.
-- Times are in Europe/Paris, amounts in EUR.
-- Scores:
--   gap_days counts as (ln(1 + x) − 3.50547344) ÷ 0.598309308, rounded half up to three decimals, where x is
--       gap_days held between 8.269231 and 251.0, or 31.714286 if unknown
--   weekend_share counts as (x − 0.270749187) ÷ 0.202165042, rounded half up to three decimals, where x is
--       weekend_share held between 0.0 and 0.899208862, or 0.272727 if unknown
--   nearest means the smallest sum of squared differences from a micro-cluster's numbers, which stand in the
--       order of the lines above; of equally near micro-clusters, the first
--   micro-cluster 1: -2.137, +0.676
--   micro-cluster 2: -1.594, +0.837
--   micro-cluster 3: -1.493, +0.988
--   micro-cluster 4: -1.414, +0.969
--   micro-cluster 5: -1.551, +0.563
--   micro-cluster 6: -1.979, +0.116
--   micro-cluster 7: -1.851, +0.310
--   micro-cluster 8: -1.706, +0.116
--   micro-cluster 9: -1.607, +0.207
--   micro-cluster 10: -1.546, +0.074
--   micro-cluster 11: -1.851, -1.339
--   micro-cluster 12: -1.686, -0.680
--   micro-cluster 13: -1.253, -0.350
--   micro-cluster 14: -1.021, -0.350
--   micro-cluster 15: -1.169, +0.310
--   micro-cluster 16: -1.153, +0.010
--   micro-cluster 17: -0.860, +0.010
--   micro-cluster 18: -0.764, +0.074
--   micro-cluster 19: -0.737, -0.103
--   micro-cluster 20: -0.555, -0.350
--   micro-cluster 21: -0.547, -0.103
--   micro-cluster 22: -0.513, +0.310
--   micro-cluster 23: -0.344, +0.459
--   micro-cluster 24: -0.257, +0.145
--   micro-cluster 25: -0.185, +0.310
--   micro-cluster 26: -0.119, +0.310
--   micro-cluster 27: -0.127, -0.103
--   micro-cluster 28: -0.030, -0.103
--   micro-cluster 29: -0.084, +0.074
--   micro-cluster 30: -0.058, +0.074
--   micro-cluster 31: -0.884, -0.986
--   micro-cluster 32: -0.862, -0.790
--   micro-cluster 33: -0.430, -0.790
--   micro-cluster 34: -0.320, -0.633
--   micro-cluster 35: -0.190, -0.721
--   micro-cluster 36: -0.156, -0.633
--   micro-cluster 37: -0.147, -0.633
--   micro-cluster 38: -0.479, -1.339
--   micro-cluster 39: -0.030, -1.339
--   micro-cluster 40: +0.121, -1.339
--   micro-cluster 41: +0.023, -0.350
--   micro-cluster 42: +0.142, -0.350
--   micro-cluster 43: +0.199, -0.350
--   micro-cluster 44: +0.317, -0.350
--   micro-cluster 45: +0.338, -0.350
--   micro-cluster 46: +0.176, -0.103
--   micro-cluster 47: +0.227, -0.103
--   micro-cluster 48: +0.466, -0.515
--   micro-cluster 49: +0.503, -0.515
--   micro-cluster 50: +0.737, -0.350
--   micro-cluster 51: +0.798, -0.103
--   micro-cluster 52: +1.101, -0.103
--   micro-cluster 53: +0.979, -0.515
--   micro-cluster 54: +1.169, +0.310
--   micro-cluster 55: +0.388, -1.339
--   micro-cluster 56: +0.427, -1.339
--   micro-cluster 57: +0.451, -1.339
--   micro-cluster 58: +0.646, -1.339
--   micro-cluster 59: +0.818, -1.339
--   micro-cluster 60: +0.984, -1.339
--   micro-cluster 61: +1.079, -1.339
--   micro-cluster 62: +1.092, -1.339
--   micro-cluster 63: +1.301, -1.339
--   micro-cluster 64: +1.368, -1.339
--   micro-cluster 65: +2.042, -1.339
--   micro-cluster 66: +2.830, -1.339
--   micro-cluster 67: -0.618, +0.722
--   micro-cluster 68: -0.513, +0.859
--   micro-cluster 69: -0.403, +0.781
--   micro-cluster 70: -0.527, +1.134
--   micro-cluster 71: -0.421, +1.134
--   micro-cluster 72: -0.169, +0.909
--   micro-cluster 73: -0.245, +1.629
--   micro-cluster 74: -0.217, +1.629
--   micro-cluster 75: -0.138, +1.487
--   micro-cluster 76: +0.125, +1.958
--   micro-cluster 77: +0.021, +0.516
--   micro-cluster 78: +0.071, +0.639
--   micro-cluster 79: +0.187, +0.639
--   micro-cluster 80: +0.368, +0.310
--   micro-cluster 81: +0.503, +0.310
--   micro-cluster 82: +0.540, +0.310
--   micro-cluster 83: +0.713, +0.310
--   micro-cluster 84: +0.456, +0.639
--   micro-cluster 85: +0.475, +0.639
--   micro-cluster 86: +0.388, +1.134
--   micro-cluster 87: +0.496, +1.134
--   micro-cluster 88: +0.798, +1.134
--   micro-cluster 89: -0.030, +3.109
--   micro-cluster 90: +1.083, +2.371
--   micro-cluster 91: +2.072, +1.134
--   micro-cluster 92: +2.129, +0.310
--   micro-cluster 93: +3.383, +1.134
-- Segments:
--   Middle-of-the-road buyers: nearest to one of micro-clusters 1 to 66 of 93
--   Weekend buyers: nearest to one of micro-clusters 67 to 93 of 93

-- Needs these tables, cleaned as the study cleans them (other columns are not looked at):
--   orders: one row an order, returns apart
--     customer_id: text
--     is_return: boolean, true for what was returned or cancelled
--     ordered_at: timestamp without zone, on the shop's own clock
--     ordered_on: date, the day of ordered_at
--     amount: decimal, what the row is worth, negative for returns; null where there are no amounts

-- 1. Features: one row a customer, in these steps:
--   known_orders: what was known on the day, of those who had bought by then
--   clock_features: one row a customer. Shares of the customer's orders, 0 to 1, in the business zone: weekend
--       is Saturday and Sunday, morning ends at 12:00, evening starts at 18:00.
--   rfm_features: one row a customer. recency_days: days from the last order to as_of. orders: count, returns
--       are none. spend: study currency, net of returns; null where the orders carry no amounts.
--   purchase_days: one row a customer and day with at least one order. day_before: that customer's purchase day
--       before; null on the first. gap_days: days since then.
--   rhythm_features: one row a customer. tenure_days: days from the first order to as_of. gap_days: mean days
--       between purchase days (null with one). last_gap_days: days between the last two (null with one).
--       earlier_gap_days: mean of the gaps before that one (null with fewer than two gaps). gap_variation:
--       standard deviation of the gaps over their mean, 0 for a clock (null with fewer than two gaps): sqrt(n ×
--       sum of squares − sum²) ÷ sum, from whole numbers, so that neither their order nor rounding can matter.
DROP TABLE IF EXISTS segment_micro_features;
CREATE TABLE segment_micro_features
USING PARQUET AS
WITH known_orders AS (
  SELECT
    *
  FROM orders
  WHERE
    ordered_on <= CAST('2024-10-01' AS DATE)
    AND customer_id IN (SELECT customer_id FROM orders WHERE NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE))
), clock_features__stamped AS (
  SELECT
    customer_id,
    DATEDIFF(DAY, CAST('1900-01-01' AS DATE), ordered_on) % 7 AS weekday,
    EXTRACT(HOUR FROM ordered_at) AS hour_of_day
  FROM known_orders AS orders
  WHERE
    NOT is_return
), clock_features__counted AS (
  SELECT
    customer_id,
    COUNT(*) AS orders,
    CAST(SUM(CASE WHEN weekday >= 5 THEN 1 ELSE 0 END) AS DOUBLE) AS weekend,
    CAST(SUM(CASE WHEN hour_of_day < 12 THEN 1 ELSE 0 END) AS DOUBLE) AS morning,
    CAST(SUM(CASE WHEN hour_of_day >= 18 THEN 1 ELSE 0 END) AS DOUBLE) AS evening
  FROM clock_features__stamped AS stamped
  GROUP BY
    customer_id
), clock_features AS (
  SELECT
    customer_id,
    FLOOR(weekend / orders * 1000000 + 0.5) / 1000000 AS weekend_share,
    FLOOR(morning / orders * 1000000 + 0.5) / 1000000 AS morning_share,
    FLOOR(evening / orders * 1000000 + 0.5) / 1000000 AS evening_share
  FROM clock_features__counted AS counted
), rfm_features AS (
  SELECT
    customer_id,
    DATEDIFF(
      DAY,
      MAX(CASE WHEN is_return THEN NULL ELSE ordered_on END),
      CAST('2024-10-01' AS DATE)
    ) AS recency_days,
    COUNT(CASE WHEN is_return THEN NULL ELSE 1 END) AS orders,
    SUM(amount) AS spend
  FROM known_orders AS orders
  GROUP BY
    customer_id
), purchase_days__days AS (
  SELECT
    customer_id,
    ordered_on
  FROM known_orders AS orders
  WHERE
    NOT is_return
  GROUP BY
    customer_id,
    ordered_on
), purchase_days__followed AS (
  SELECT
    customer_id,
    ordered_on,
    LAG(ordered_on) OVER (PARTITION BY customer_id ORDER BY ordered_on NULLS LAST) AS day_before
  FROM purchase_days__days AS days
), purchase_days AS (
  SELECT
    customer_id,
    ordered_on,
    day_before,
    DATEDIFF(DAY, day_before, ordered_on) AS gap_days
  FROM purchase_days__followed AS followed
), rhythm_features__gaps AS (
  SELECT
    customer_id,
    MIN(ordered_on) AS first_on,
    DATEDIFF(DAY, MAX(day_before), MAX(ordered_on)) AS last_gap_days,
    COUNT(gap_days) AS gaps,
    SUM(gap_days) AS total,
    SUM(gap_days * gap_days) AS squares
  FROM purchase_days
  GROUP BY
    customer_id
), rhythm_features AS (
  SELECT
    customer_id,
    DATEDIFF(DAY, first_on, CAST('2024-10-01' AS DATE)) AS tenure_days,
    CASE
      WHEN gaps > 0
      THEN FLOOR(CAST(total AS DOUBLE) / gaps * 1000000 + 0.5) / 1000000
    END AS gap_days,
    last_gap_days,
    CASE
      WHEN gaps > 1
      THEN FLOOR(CAST(total - last_gap_days AS DOUBLE) / (gaps - 1) * 1000000 + 0.5) / 1000000
    END AS earlier_gap_days,
    CASE
      WHEN gaps > 1
      THEN FLOOR(SQRT(CAST(gaps * squares - total * total AS DOUBLE)) / total * 1000000 + 0.5) / 1000000
    END AS gap_variation
  FROM rhythm_features__gaps AS gaps
)
SELECT
  rfm_features.customer_id,
  rhythm_features.tenure_days,
  rhythm_features.gap_days,
  rhythm_features.last_gap_days,
  rhythm_features.earlier_gap_days,
  rhythm_features.gap_variation,
  clock_features.weekend_share
FROM rfm_features
LEFT JOIN rhythm_features
  ON rfm_features.customer_id = rhythm_features.customer_id
LEFT JOIN clock_features
  ON rfm_features.customer_id = clock_features.customer_id;

-- 2. Segments: one row a customer, by the constants of the definition; nothing is fitted here.
DROP TABLE IF EXISTS segment_micro_assignments;
CREATE TABLE segment_micro_assignments
USING PARQUET AS
WITH scoring_1 AS (
  SELECT
    customer_id,
    CAST(FLOOR(
      (
        LN(
          CAST(1.0 AS DOUBLE) + CASE
            WHEN COALESCE(CAST(gap_days AS DOUBLE), CAST(31.714286 AS DOUBLE)) < CAST(8.269231 AS DOUBLE)
            THEN CAST(8.269231 AS DOUBLE)
            WHEN COALESCE(CAST(gap_days AS DOUBLE), CAST(31.714286 AS DOUBLE)) <= CAST(251.0 AS DOUBLE)
            THEN COALESCE(CAST(gap_days AS DOUBLE), CAST(31.714286 AS DOUBLE))
            ELSE CAST(251.0 AS DOUBLE)
          END
        ) - CAST(3.50547344 AS DOUBLE)
      ) / CAST(0.598309308 AS DOUBLE) * CAST(1000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)
    ) AS BIGINT) AS p0,
    CAST(FLOOR(
      (
        CASE
          WHEN COALESCE(CAST(weekend_share AS DOUBLE), CAST(0.272727 AS DOUBLE)) < CAST(0.0 AS DOUBLE)
          THEN CAST(0.0 AS DOUBLE)
          WHEN COALESCE(CAST(weekend_share AS DOUBLE), CAST(0.272727 AS DOUBLE)) <= CAST(0.899208862 AS DOUBLE)
          THEN COALESCE(CAST(weekend_share AS DOUBLE), CAST(0.272727 AS DOUBLE))
          ELSE CAST(0.899208862 AS DOUBLE)
        END - CAST(0.270749187 AS DOUBLE)
      ) / CAST(0.202165042 AS DOUBLE) * CAST(1000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)
    ) AS BIGINT) AS p1
  FROM segment_micro_features AS features
), scoring_2 AS (
  SELECT
    customer_id,
    CAST(p0 AS DOUBLE) AS p0,
    CAST(p1 AS DOUBLE) AS p1,
    CAST(p0 * p0 + p1 * p1 AS DOUBLE) AS square
  FROM scoring_1
), scoring_3 AS (
  SELECT
    customer_id,
    CAST(MIN((square + micro_square - 2 * (p0 * c0 + p1 * c1)) * 93 + micro) AS BIGINT) % 93 AS nearest
  FROM scoring_2
  CROSS JOIN (
    SELECT
      CAST(micro AS DOUBLE) AS micro,
      CAST(micro_square AS DOUBLE) AS micro_square,
      CAST(c0 AS DOUBLE) AS c0,
      CAST(c1 AS DOUBLE) AS c1
    FROM VALUES
      (0, 5023745, (-2137), 676),
      (1, 3241405, (-1594), 837),
      (2, 3205193, (-1493), 988),
      (3, 2938357, (-1414), 969),
      (4, 2722570, (-1551), 563),
      (5, 3929897, (-1979), 116),
      (6, 3522301, (-1851), 310),
      (7, 2923892, (-1706), 116),
      (8, 2625298, (-1607), 207),
      (9, 2395592, (-1546), 74),
      (10, 5219122, (-1851), (-1339)),
      (11, 3304996, (-1686), (-680)),
      (12, 1692509, (-1253), (-350)),
      (13, 1164941, (-1021), (-350)),
      (14, 1462661, (-1169), 310),
      (15, 1329509, (-1153), 10),
      (16, 739700, (-860), 10),
      (17, 589172, (-764), 74),
      (18, 553778, (-737), (-103)),
      (19, 430525, (-555), (-350)),
      (20, 309818, (-547), (-103)),
      (21, 359269, (-513), 310),
      (22, 329017, (-344), 459),
      (23, 87074, (-257), 145),
      (24, 130325, (-185), 310),
      (25, 110261, (-119), 310),
      (26, 26738, (-127), (-103)),
      (27, 11509, (-30), (-103)),
      (28, 12532, (-84), 74),
      (29, 8840, (-58), 74),
      (30, 1753652, (-884), (-986)),
      (31, 1367144, (-862), (-790)),
      (32, 809000, (-430), (-790)),
      (33, 503089, (-320), (-633)),
      (34, 555941, (-190), (-721)),
      (35, 425025, (-156), (-633)),
      (36, 422298, (-147), (-633)),
      (37, 2022362, (-479), (-1339)),
      (38, 1793821, (-30), (-1339)),
      (39, 1807562, 121, (-1339)),
      (40, 123029, 23, (-350)),
      (41, 142664, 142, (-350)),
      (42, 162101, 199, (-350)),
      (43, 222989, 317, (-350)),
      (44, 236744, 338, (-350)),
      (45, 41585, 176, (-103)),
      (46, 62138, 227, (-103)),
      (47, 482381, 466, (-515)),
      (48, 518234, 503, (-515)),
      (49, 665669, 737, (-350)),
      (50, 647413, 798, (-103)),
      (51, 1222810, 1101, (-103)),
      (52, 1223666, 979, (-515)),
      (53, 1462661, 1169, 310),
      (54, 1943465, 388, (-1339)),
      (55, 1975250, 427, (-1339)),
      (56, 1996322, 451, (-1339)),
      (57, 2210237, 646, (-1339)),
      (58, 2462045, 818, (-1339)),
      (59, 2761177, 984, (-1339)),
      (60, 2957162, 1079, (-1339)),
      (61, 2985385, 1092, (-1339)),
      (62, 3485522, 1301, (-1339)),
      (63, 3664345, 1368, (-1339)),
      (64, 5962685, 2042, (-1339)),
      (65, 9801821, 2830, (-1339)),
      (66, 903208, (-618), 722),
      (67, 1001050, (-513), 859),
      (68, 772370, (-403), 781),
      (69, 1563685, (-527), 1134),
      (70, 1463197, (-421), 1134),
      (71, 854842, (-169), 909),
      (72, 2713666, (-245), 1629),
      (73, 2700730, (-217), 1629),
      (74, 2230213, (-138), 1487),
      (75, 3849389, 125, 1958),
      (76, 266697, 21, 516),
      (77, 413362, 71, 639),
      (78, 443290, 187, 639),
      (79, 231524, 368, 310),
      (80, 349109, 503, 310),
      (81, 387700, 540, 310),
      (82, 604469, 713, 310),
      (83, 616257, 456, 639),
      (84, 633946, 475, 639),
      (85, 1436500, 388, 1134),
      (86, 1531972, 496, 1134),
      (87, 1922760, 798, 1134),
      (88, 9666781, (-30), 3109),
      (89, 6794530, 1083, 2371),
      (90, 5579140, 2072, 1134),
      (91, 4628741, 2129, 310),
      (92, 12730645, 3383, 1134) AS listed(micro, micro_square, c0, c1)
  ) AS micro_clusters
  GROUP BY
    customer_id
), scoring_4 AS (
  SELECT
    customer_id,
    CASE WHEN nearest < 66 THEN 's1' ELSE 's2' END AS segment_id
  FROM scoring_3
)
SELECT
  customer_id,
  segment_id,
  CASE
    WHEN segment_id = 's1'
    THEN 'Middle-of-the-road buyers'
    WHEN segment_id = 's2'
    THEN 'Weekend buyers'
  END AS segment_name,
  CAST(1 AS DOUBLE) AS probability,
  CAST('0000000000000000000000000000000000000000000000000000000000000000' AS STRING) AS definition,
  CAST('2024-10-01' AS DATE) AS as_of
FROM scoring_4;

-- 3. Profile: size and share of each segment, and its means of what the definition reads.
SELECT
  a.segment_id,
  a.segment_name,
  COUNT(*) AS customers,
  CAST(COUNT(*) AS DOUBLE) / SUM(COUNT(*)) OVER () AS customer_share,
  AVG(CAST(f.gap_days AS DOUBLE)) AS mean_gap_days,
  AVG(CAST(f.weekend_share AS DOUBLE)) AS mean_weekend_share
FROM segment_micro_assignments AS a
INNER JOIN segment_micro_features AS f
  ON a.customer_id = f.customer_id
GROUP BY
  a.segment_id,
  a.segment_name
ORDER BY
  customers DESC,
  a.segment_id NULLS LAST;

-- 4. Validation: every customer exactly once, from orders to segments. All rows must say ok.
SELECT
  check_number,
  check_name,
  found,
  wanted,
  CASE WHEN found = wanted THEN 'ok' ELSE 'DIFFERS' END AS verdict
FROM (
  SELECT
    1 AS check_number,
    'customers with an order have features' AS check_name,
    (SELECT COUNT(*) FROM segment_micro_features) AS found,
    (
      SELECT
        COUNT(DISTINCT customer_id)
      FROM orders
      WHERE
        NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE)
    ) AS wanted
  UNION ALL
  SELECT
    2 AS check_number,
    'features have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_micro_features) AS found,
    (SELECT COUNT(*) FROM segment_micro_features) AS wanted
  UNION ALL
  SELECT
    3 AS check_number,
    'who has features is assigned' AS check_name,
    (SELECT COUNT(*) FROM segment_micro_assignments) AS found,
    (SELECT COUNT(*) FROM segment_micro_features) AS wanted
  UNION ALL
  SELECT
    4 AS check_number,
    'assignments have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_micro_assignments) AS found,
    (SELECT COUNT(*) FROM segment_micro_assignments) AS wanted
  UNION ALL
  SELECT
    5 AS check_number,
    'each has a segment' AS check_name,
    (SELECT COUNT(segment_id) FROM segment_micro_assignments) AS found,
    (SELECT COUNT(*) FROM segment_micro_assignments) AS wanted
) AS checks
ORDER BY
  check_number NULLS LAST;

-- 5. Validation: every segment of the definition with its customers, also those with none.
SELECT
  s.place,
  s.segment_id,
  s.segment_name,
  COUNT(a.customer_id) AS customers
FROM (
  SELECT
    1 AS place,
    's1' AS segment_id,
    'Middle-of-the-road buyers' AS segment_name
  UNION ALL
  SELECT
    2 AS place,
    's2' AS segment_id,
    'Weekend buyers' AS segment_name
) AS s
LEFT JOIN segment_micro_assignments AS a
  ON s.segment_id = a.segment_id
GROUP BY
  s.place,
  s.segment_id,
  s.segment_name
ORDER BY
  s.place NULLS LAST;
