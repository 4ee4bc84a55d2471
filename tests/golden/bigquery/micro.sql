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
CREATE TABLE segment_micro_features AS
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
    MOD(DATE_DIFF(ordered_on, CAST('1900-01-01' AS DATE), DAY), 7) AS weekday,
    EXTRACT(HOUR FROM ordered_at) AS hour_of_day
  FROM known_orders AS orders
  WHERE
    NOT is_return
), clock_features__counted AS (
  SELECT
    customer_id,
    COUNT(*) AS orders,
    CAST(SUM(CASE WHEN weekday >= 5 THEN 1 ELSE 0 END) AS FLOAT64) AS weekend,
    CAST(SUM(CASE WHEN hour_of_day < 12 THEN 1 ELSE 0 END) AS FLOAT64) AS morning,
    CAST(SUM(CASE WHEN hour_of_day >= 18 THEN 1 ELSE 0 END) AS FLOAT64) AS evening
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
    DATE_DIFF(
      CAST('2024-10-01' AS DATE),
      MAX(CASE WHEN is_return THEN NULL ELSE ordered_on END),
      DAY
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
    DATE_DIFF(ordered_on, day_before, DAY) AS gap_days
  FROM purchase_days__followed AS followed
), rhythm_features__gaps AS (
  SELECT
    customer_id,
    MIN(ordered_on) AS first_on,
    DATE_DIFF(MAX(ordered_on), MAX(day_before), DAY) AS last_gap_days,
    COUNT(gap_days) AS gaps,
    SUM(gap_days) AS total,
    SUM(gap_days * gap_days) AS squares
  FROM purchase_days
  GROUP BY
    customer_id
), rhythm_features AS (
  SELECT
    customer_id,
    DATE_DIFF(CAST('2024-10-01' AS DATE), first_on, DAY) AS tenure_days,
    CASE
      WHEN gaps > 0
      THEN FLOOR(CAST(total AS FLOAT64) / gaps * 1000000 + 0.5) / 1000000
    END AS gap_days,
    last_gap_days,
    CASE
      WHEN gaps > 1
      THEN FLOOR(CAST(total - last_gap_days AS FLOAT64) / (gaps - 1) * 1000000 + 0.5) / 1000000
    END AS earlier_gap_days,
    CASE
      WHEN gaps > 1
      THEN FLOOR(SQRT(CAST(gaps * squares - total * total AS FLOAT64)) / total * 1000000 + 0.5) / 1000000
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
CREATE TABLE segment_micro_assignments AS
WITH scoring_1 AS (
  SELECT
    customer_id,
    CAST(FLOOR(
      (
        LN(
          CAST(1.0 AS FLOAT64) + CASE
            WHEN COALESCE(CAST(gap_days AS FLOAT64), CAST(31.714286 AS FLOAT64)) < CAST(8.269231 AS FLOAT64)
            THEN CAST(8.269231 AS FLOAT64)
            WHEN COALESCE(CAST(gap_days AS FLOAT64), CAST(31.714286 AS FLOAT64)) <= CAST(251.0 AS FLOAT64)
            THEN COALESCE(CAST(gap_days AS FLOAT64), CAST(31.714286 AS FLOAT64))
            ELSE CAST(251.0 AS FLOAT64)
          END
        ) - CAST(3.50547344 AS FLOAT64)
      ) / CAST(0.598309308 AS FLOAT64) * CAST(1000.0 AS FLOAT64) + CAST(0.5 AS FLOAT64)
    ) AS INT64) AS p0,
    CAST(FLOOR(
      (
        CASE
          WHEN COALESCE(CAST(weekend_share AS FLOAT64), CAST(0.272727 AS FLOAT64)) < CAST(0.0 AS FLOAT64)
          THEN CAST(0.0 AS FLOAT64)
          WHEN COALESCE(CAST(weekend_share AS FLOAT64), CAST(0.272727 AS FLOAT64)) <= CAST(0.899208862 AS FLOAT64)
          THEN COALESCE(CAST(weekend_share AS FLOAT64), CAST(0.272727 AS FLOAT64))
          ELSE CAST(0.899208862 AS FLOAT64)
        END - CAST(0.270749187 AS FLOAT64)
      ) / CAST(0.202165042 AS FLOAT64) * CAST(1000.0 AS FLOAT64) + CAST(0.5 AS FLOAT64)
    ) AS INT64) AS p1
  FROM segment_micro_features AS features
), scoring_2 AS (
  SELECT
    customer_id,
    CAST(p0 AS FLOAT64) AS p0,
    CAST(p1 AS FLOAT64) AS p1,
    CAST(p0 * p0 + p1 * p1 AS FLOAT64) AS square
  FROM scoring_1
), scoring_3 AS (
  SELECT
    customer_id,
    MOD(
      CAST(MIN((square + micro_square - 2 * (p0 * c0 + p1 * c1)) * 93 + micro) AS INT64),
      93
    ) AS nearest
  FROM scoring_2
  CROSS JOIN (
    SELECT
      CAST(micro AS FLOAT64) AS micro,
      CAST(micro_square AS FLOAT64) AS micro_square,
      CAST(c0 AS FLOAT64) AS c0,
      CAST(c1 AS FLOAT64) AS c1
    FROM UNNEST([
      STRUCT(0 AS micro, 5023745 AS micro_square, (-2137) AS c0, 676 AS c1),
      STRUCT(1 AS micro, 3241405 AS micro_square, (-1594) AS c0, 837 AS c1),
      STRUCT(2 AS micro, 3205193 AS micro_square, (-1493) AS c0, 988 AS c1),
      STRUCT(3 AS micro, 2938357 AS micro_square, (-1414) AS c0, 969 AS c1),
      STRUCT(4 AS micro, 2722570 AS micro_square, (-1551) AS c0, 563 AS c1),
      STRUCT(5 AS micro, 3929897 AS micro_square, (-1979) AS c0, 116 AS c1),
      STRUCT(6 AS micro, 3522301 AS micro_square, (-1851) AS c0, 310 AS c1),
      STRUCT(7 AS micro, 2923892 AS micro_square, (-1706) AS c0, 116 AS c1),
      STRUCT(8 AS micro, 2625298 AS micro_square, (-1607) AS c0, 207 AS c1),
      STRUCT(9 AS micro, 2395592 AS micro_square, (-1546) AS c0, 74 AS c1),
      STRUCT(10 AS micro, 5219122 AS micro_square, (-1851) AS c0, (-1339) AS c1),
      STRUCT(11 AS micro, 3304996 AS micro_square, (-1686) AS c0, (-680) AS c1),
      STRUCT(12 AS micro, 1692509 AS micro_square, (-1253) AS c0, (-350) AS c1),
      STRUCT(13 AS micro, 1164941 AS micro_square, (-1021) AS c0, (-350) AS c1),
      STRUCT(14 AS micro, 1462661 AS micro_square, (-1169) AS c0, 310 AS c1),
      STRUCT(15 AS micro, 1329509 AS micro_square, (-1153) AS c0, 10 AS c1),
      STRUCT(16 AS micro, 739700 AS micro_square, (-860) AS c0, 10 AS c1),
      STRUCT(17 AS micro, 589172 AS micro_square, (-764) AS c0, 74 AS c1),
      STRUCT(18 AS micro, 553778 AS micro_square, (-737) AS c0, (-103) AS c1),
      STRUCT(19 AS micro, 430525 AS micro_square, (-555) AS c0, (-350) AS c1),
      STRUCT(20 AS micro, 309818 AS micro_square, (-547) AS c0, (-103) AS c1),
      STRUCT(21 AS micro, 359269 AS micro_square, (-513) AS c0, 310 AS c1),
      STRUCT(22 AS micro, 329017 AS micro_square, (-344) AS c0, 459 AS c1),
      STRUCT(23 AS micro, 87074 AS micro_square, (-257) AS c0, 145 AS c1),
      STRUCT(24 AS micro, 130325 AS micro_square, (-185) AS c0, 310 AS c1),
      STRUCT(25 AS micro, 110261 AS micro_square, (-119) AS c0, 310 AS c1),
      STRUCT(26 AS micro, 26738 AS micro_square, (-127) AS c0, (-103) AS c1),
      STRUCT(27 AS micro, 11509 AS micro_square, (-30) AS c0, (-103) AS c1),
      STRUCT(28 AS micro, 12532 AS micro_square, (-84) AS c0, 74 AS c1),
      STRUCT(29 AS micro, 8840 AS micro_square, (-58) AS c0, 74 AS c1),
      STRUCT(30 AS micro, 1753652 AS micro_square, (-884) AS c0, (-986) AS c1),
      STRUCT(31 AS micro, 1367144 AS micro_square, (-862) AS c0, (-790) AS c1),
      STRUCT(32 AS micro, 809000 AS micro_square, (-430) AS c0, (-790) AS c1),
      STRUCT(33 AS micro, 503089 AS micro_square, (-320) AS c0, (-633) AS c1),
      STRUCT(34 AS micro, 555941 AS micro_square, (-190) AS c0, (-721) AS c1),
      STRUCT(35 AS micro, 425025 AS micro_square, (-156) AS c0, (-633) AS c1),
      STRUCT(36 AS micro, 422298 AS micro_square, (-147) AS c0, (-633) AS c1),
      STRUCT(37 AS micro, 2022362 AS micro_square, (-479) AS c0, (-1339) AS c1),
      STRUCT(38 AS micro, 1793821 AS micro_square, (-30) AS c0, (-1339) AS c1),
      STRUCT(39 AS micro, 1807562 AS micro_square, 121 AS c0, (-1339) AS c1),
      STRUCT(40 AS micro, 123029 AS micro_square, 23 AS c0, (-350) AS c1),
      STRUCT(41 AS micro, 142664 AS micro_square, 142 AS c0, (-350) AS c1),
      STRUCT(42 AS micro, 162101 AS micro_square, 199 AS c0, (-350) AS c1),
      STRUCT(43 AS micro, 222989 AS micro_square, 317 AS c0, (-350) AS c1),
      STRUCT(44 AS micro, 236744 AS micro_square, 338 AS c0, (-350) AS c1),
      STRUCT(45 AS micro, 41585 AS micro_square, 176 AS c0, (-103) AS c1),
      STRUCT(46 AS micro, 62138 AS micro_square, 227 AS c0, (-103) AS c1),
      STRUCT(47 AS micro, 482381 AS micro_square, 466 AS c0, (-515) AS c1),
      STRUCT(48 AS micro, 518234 AS micro_square, 503 AS c0, (-515) AS c1),
      STRUCT(49 AS micro, 665669 AS micro_square, 737 AS c0, (-350) AS c1),
      STRUCT(50 AS micro, 647413 AS micro_square, 798 AS c0, (-103) AS c1),
      STRUCT(51 AS micro, 1222810 AS micro_square, 1101 AS c0, (-103) AS c1),
      STRUCT(52 AS micro, 1223666 AS micro_square, 979 AS c0, (-515) AS c1),
      STRUCT(53 AS micro, 1462661 AS micro_square, 1169 AS c0, 310 AS c1),
      STRUCT(54 AS micro, 1943465 AS micro_square, 388 AS c0, (-1339) AS c1),
      STRUCT(55 AS micro, 1975250 AS micro_square, 427 AS c0, (-1339) AS c1),
      STRUCT(56 AS micro, 1996322 AS micro_square, 451 AS c0, (-1339) AS c1),
      STRUCT(57 AS micro, 2210237 AS micro_square, 646 AS c0, (-1339) AS c1),
      STRUCT(58 AS micro, 2462045 AS micro_square, 818 AS c0, (-1339) AS c1),
      STRUCT(59 AS micro, 2761177 AS micro_square, 984 AS c0, (-1339) AS c1),
      STRUCT(60 AS micro, 2957162 AS micro_square, 1079 AS c0, (-1339) AS c1),
      STRUCT(61 AS micro, 2985385 AS micro_square, 1092 AS c0, (-1339) AS c1),
      STRUCT(62 AS micro, 3485522 AS micro_square, 1301 AS c0, (-1339) AS c1),
      STRUCT(63 AS micro, 3664345 AS micro_square, 1368 AS c0, (-1339) AS c1),
      STRUCT(64 AS micro, 5962685 AS micro_square, 2042 AS c0, (-1339) AS c1),
      STRUCT(65 AS micro, 9801821 AS micro_square, 2830 AS c0, (-1339) AS c1),
      STRUCT(66 AS micro, 903208 AS micro_square, (-618) AS c0, 722 AS c1),
      STRUCT(67 AS micro, 1001050 AS micro_square, (-513) AS c0, 859 AS c1),
      STRUCT(68 AS micro, 772370 AS micro_square, (-403) AS c0, 781 AS c1),
      STRUCT(69 AS micro, 1563685 AS micro_square, (-527) AS c0, 1134 AS c1),
      STRUCT(70 AS micro, 1463197 AS micro_square, (-421) AS c0, 1134 AS c1),
      STRUCT(71 AS micro, 854842 AS micro_square, (-169) AS c0, 909 AS c1),
      STRUCT(72 AS micro, 2713666 AS micro_square, (-245) AS c0, 1629 AS c1),
      STRUCT(73 AS micro, 2700730 AS micro_square, (-217) AS c0, 1629 AS c1),
      STRUCT(74 AS micro, 2230213 AS micro_square, (-138) AS c0, 1487 AS c1),
      STRUCT(75 AS micro, 3849389 AS micro_square, 125 AS c0, 1958 AS c1),
      STRUCT(76 AS micro, 266697 AS micro_square, 21 AS c0, 516 AS c1),
      STRUCT(77 AS micro, 413362 AS micro_square, 71 AS c0, 639 AS c1),
      STRUCT(78 AS micro, 443290 AS micro_square, 187 AS c0, 639 AS c1),
      STRUCT(79 AS micro, 231524 AS micro_square, 368 AS c0, 310 AS c1),
      STRUCT(80 AS micro, 349109 AS micro_square, 503 AS c0, 310 AS c1),
      STRUCT(81 AS micro, 387700 AS micro_square, 540 AS c0, 310 AS c1),
      STRUCT(82 AS micro, 604469 AS micro_square, 713 AS c0, 310 AS c1),
      STRUCT(83 AS micro, 616257 AS micro_square, 456 AS c0, 639 AS c1),
      STRUCT(84 AS micro, 633946 AS micro_square, 475 AS c0, 639 AS c1),
      STRUCT(85 AS micro, 1436500 AS micro_square, 388 AS c0, 1134 AS c1),
      STRUCT(86 AS micro, 1531972 AS micro_square, 496 AS c0, 1134 AS c1),
      STRUCT(87 AS micro, 1922760 AS micro_square, 798 AS c0, 1134 AS c1),
      STRUCT(88 AS micro, 9666781 AS micro_square, (-30) AS c0, 3109 AS c1),
      STRUCT(89 AS micro, 6794530 AS micro_square, 1083 AS c0, 2371 AS c1),
      STRUCT(90 AS micro, 5579140 AS micro_square, 2072 AS c0, 1134 AS c1),
      STRUCT(91 AS micro, 4628741 AS micro_square, 2129 AS c0, 310 AS c1),
      STRUCT(92 AS micro, 12730645 AS micro_square, 3383 AS c0, 1134 AS c1)
    ]) AS listed
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
  CAST(1 AS FLOAT64) AS probability,
  CAST('0000000000000000000000000000000000000000000000000000000000000000' AS STRING) AS definition,
  CAST('2024-10-01' AS DATE) AS as_of
FROM scoring_4;

-- 3. Profile: size and share of each segment, and its means of what the definition reads.
SELECT
  a.segment_id,
  a.segment_name,
  COUNT(*) AS customers,
  CAST(COUNT(*) AS FLOAT64) / SUM(COUNT(*)) OVER () AS customer_share,
  AVG(CAST(f.gap_days AS FLOAT64)) AS mean_gap_days,
  AVG(CAST(f.weekend_share AS FLOAT64)) AS mean_weekend_share
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
